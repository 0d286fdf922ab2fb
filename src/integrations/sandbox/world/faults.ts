/** Faults that a lever has set: what goes wrong with the next calls that they fit. */
import type { Fault, State } from './state.ts';

export type Called = { on: NonNullable<Fault['on']>; is: 'read' | 'write' };

/** Takes one use of the first fault that fits; null when the call goes as it should. */
export function takeFault(state: State, called: Called): Fault | null {
  const index = state.faults.findIndex(
    (fault) => (fault.on === null || fault.on === called.on) && (fault.calls === 'all' || fault.calls === `${called.is}s`),
  );
  const fault = state.faults[index];
  if (!fault) return null;
  if (fault.times > 1) state.faults[index] = { ...fault, times: fault.times - 1 };
  else state.faults.splice(index, 1);
  return fault;
}
