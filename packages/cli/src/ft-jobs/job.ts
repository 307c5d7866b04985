import type { AnswerOf } from '@ftm/api/endpoints';

/** A job, and an event of it, as the API shows them. */
export type Job = AnswerOf<'GET /v1/ft-jobs/{id}'>;
export type JobEvent = AnswerOf<'GET /v1/ft-jobs/{id}/events'>['data'][number];
