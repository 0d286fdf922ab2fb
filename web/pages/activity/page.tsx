/** What people, the robot and integrations did, the newest first. */
export default function ActivityPage() {
  return <h1>Activity</h1>;
}
