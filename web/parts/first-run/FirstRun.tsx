/** No app yet: the line that is to be built, and the form that lays its first rail. */
import { Plain } from '../Broken.tsx';
import { NewAppForm } from './NewAppForm.tsx';
import { TrySample } from './TrySample.tsx';
import { SetUpLine } from './SetUpLine.tsx';

/** What the stations will be, before an app can say which are reached. */
const stations = [
  { id: 'code', title: 'Code', done: false, unlocks: 'Branches, commits, and what each build lacks' },
  { id: 'ci', title: 'CI', done: false, unlocks: 'Release candidates and their tests' },
  { id: 'tracker', title: 'Bug tracker', done: false, unlocks: 'Blocking bugs and triage' },
  { id: 'storefront', title: 'Storefront', done: false, unlocks: 'Submission, rollout, halting' },
  { id: 'teams', title: 'Teams', done: false, unlocks: 'Sign-offs and owners' },
  { id: 'policy', title: 'Policy', done: false, unlocks: 'Your own criteria, windows and steps' },
] as const;

export function FirstRun({ isAdmin }: { isAdmin: boolean }) {
  return (
    <Plain
      title="No app yet"
      wide
      lead="Signalbox shows what holds each release and who can clear it. It begins with an app; then each station of this line is connected, and each makes more of the room true."
    >
      <SetUpLine steps={stations} />
      {isAdmin ? (
        <>
          <TrySample />
          <NewAppForm />
        </>
      ) : (
        <p>An admin makes the first app. Ask one.</p>
      )}
    </Plain>
  );
}
