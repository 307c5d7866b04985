import type { GateAnswered } from '@ftm/contracts/generated/events';

/** The answer of the Orchestrator to one governance question; it is recorded on the stream that it concerns. */
export type GateAnswer = GateAnswered;
