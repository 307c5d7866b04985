/** The one topic of domain events; key = tenant id. The number of partitions never changes. */
export const EVENTS_TOPIC = 'ftm.events.v1';
export const CHECKPOINTS_TOPIC = 'ftm.audit.checkpoints.v1';
export const EVENTS_PARTITIONS = 12;
export const EVENT_SOURCE = 'urn:ftm:command-api';
/** Key of technical records: never a tenant id, because `/` is not allowed in one. */
export const TECHNICAL_KEY = 'ftm/log';
