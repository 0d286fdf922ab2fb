/** The journal: who or what did what, to what, why, on what evidence. */
export default function AuditPage() {
  return <h1>Audit log</h1>;
}
