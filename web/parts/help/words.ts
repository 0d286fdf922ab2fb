/** Words of the screens that not everyone knows, as the glossary of the documentation has them. */
export const words: readonly (readonly [string, string])[] = [
  ['Track', 'One platform of one release: the thing that moves along the line.'],
  ['Criterion', 'A condition of the policy. It stands before one or more steps of a track.'],
  ['Holds', 'A criterion holds the next step while it is not clear. Partial progress is never clear.'],
  ['Waiver', 'A named person accepted, with a reason and until a stated end, that a criterion is not clear. It is never drawn as clear.'],
  ['RC', 'Release candidate: a build of the release branch that may be shipped. The final one is chosen.'],
  ['Soak', 'How long a share of the rollout is watched before the next.'],
  ['ANR', 'The app did not respond for some seconds, as Android counts it.'],
  ['ITGC', 'IT general controls: checks that numbers which are reported outside are complete and right.'],
  ['Nominated', 'A bug that someone holds for a blocker and nobody has decided yet.'],
  ['Fall back', 'The part with the bug is turned off or put back, and the release goes on.'],
  ['Halt', 'Nobody new gets the release; who has it keeps it. A person resumes it.'],
  ['Robot', 'The part of Signalbox that takes the steps the policy leaves to it. It never waives, resumes, or decides bugs.'],
  ['Unknown', 'The source is stale or broken. It counts as Stop.'],
];
