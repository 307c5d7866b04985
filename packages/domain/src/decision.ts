import type { FtmEvent, GateAnswered, Reason } from '@ftm/contracts/generated/events';
import type { StreamId } from '@ftm/contracts/ids';
import type { RuleCode } from './rule-code.ts';

/** A command that the rules refuse. */
export interface Rejection {
  readonly code: RuleCode;
  readonly message: string;
  readonly reasons?: readonly Reason[];
}

export interface StreamEvent {
  readonly stream: StreamId;
  readonly event: FtmEvent;
}

export type Decision =
  | { readonly kind: 'accepted'; readonly events: readonly StreamEvent[] }
  /** `trace` is what the log keeps of a refusal. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly trace: readonly StreamEvent[] };

/** What a rule of one aggregate gives: events of its own stream, or a refusal. */
export type Verdict = readonly FtmEvent[] | Rejection;

export const NOTHING: readonly FtmEvent[] = [];

export const isRejection = (verdict: Verdict): verdict is Rejection => !Array.isArray(verdict);

export function reject(code: RuleCode, message: string, reasons?: readonly Reason[]): Rejection {
  return { code, message, ...(reasons === undefined ? {} : { reasons }) };
}

export const notFound = (what: string): Rejection => reject('NOT_FOUND', `there is no such ${what}`);

export function rejected(rejection: Rejection, trace: readonly StreamEvent[] = []): Decision {
  return { kind: 'rejected', rejection, trace };
}

export function on(stream: StreamId, verdict: Verdict): Decision {
  return isRejection(verdict)
    ? rejected(verdict)
    : { kind: 'accepted', events: verdict.map((event) => ({ stream, event })) };
}

export const answered = (gates: readonly GateAnswered[]): FtmEvent[] =>
  gates.map((data) => ({ type: 'GateAnswered', data }));

/** The first gate that said no. */
export const denied = (gates: readonly GateAnswered[]): GateAnswered | undefined =>
  gates.find((each) => each.decision === 'deny');

/** For commands that have no `…Blocked` event to record a no with. */
export function gateRejection(gates: readonly GateAnswered[]): Rejection | undefined {
  const no = denied(gates);
  return no === undefined ? undefined : reject('GATE_DENIED', `the gate ${no.gate} said no`, no.reasons);
}
