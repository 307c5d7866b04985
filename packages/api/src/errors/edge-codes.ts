import { meaning, type CodeMeaning } from './error-code.ts';

const AGAIN =
  'Send the same request again, with the same Idempotency-Key, after the time that Retry-After says.';

/** What the HTTP edge refuses, before or around the rules. */
export const EDGE_CODES = {
  BODY_TOO_LARGE: meaning(
    413,
    'The body has more bytes than this path takes; the detail says how many those are.',
    'Send less, or in parts: a large dataset is uploaded in parts, each made a dataset, and those one dataset.',
  ),
  BODY_TOO_SLOW: meaning(408, 'The body did not come in time.', 'Send it again, over a faster connection.'),
  COMMAND_IN_FLIGHT: meaning(409, 'A request with this Idempotency-Key is being worked on.', AGAIN),
  DATABASE_UNAVAILABLE: meaning(503, 'The database does not answer.', AGAIN),
  ERASED: meaning(
    410,
    'The data key was destroyed, by an erasure: the bytes cannot be read any more, by nobody.',
    'None: what the log says of it stays readable.',
  ),
  EVAL_RUN_OPEN: meaning(
    409,
    'The eval run has not been completed, so there is nothing to show of its cases.',
    'Wait until its status is completed; of one that failed, read its failure.',
  ),
  FIELD_NOT_OF_METHOD: meaning(
    422,
    'A field was given that the training method does not have.',
    'Leave the fields out that the detail names.',
  ),
  IDEMPOTENCY_KEY_MISSING: meaning(
    400,
    'A POST, PUT or PATCH came without an Idempotency-Key, or with one that is not 1 to 255 visible ASCII characters.',
    'Send a new key for each thing to do, and the same key for its retries.',
  ),
  IDEMPOTENCY_KEY_REUSED: meaning(
    422,
    'The Idempotency-Key was used for a request with another path or body.',
    'Use a new key for a new request; send the first one’s body for a retry.',
  ),
  IF_MATCH_MISSING: meaning(
    428,
    'The change is made on what you saw, and the request does not say what that was.',
    'Get the resource, and send its ETag as If-Match.',
  ),
  INTERNAL: meaning(
    500,
    'Something went wrong on our side; it was logged with the request id.',
    'Send the request again with the same Idempotency-Key; if it stays, tell the operators the request id.',
  ),
  INVALID_BODY: meaning(
    400,
    'The body is JSON, and not what this path takes.',
    'Mend the fields that errors names.',
  ),
  INVALID_CURSOR: meaning(
    400,
    'The cursor is not one that was given out here.',
    'Send the next_cursor of the page before, with the same filters, or begin without one.',
  ),
  INVALID_IF_MATCH: meaning(
    400,
    'If-Match is no ETag of a version.',
    'Send the ETag as it was answered: a number in quotes.',
  ),
  INVALID_LAST_EVENT_ID: meaning(
    400,
    'Last-Event-ID is not the id of an event that was sent from here.',
    'Send the id of the last event that came, or leave it out to begin at the beginning.',
  ),
  INVALID_POSITION: meaning(
    400,
    'FTM-Min-Position is not <partition>:<offset>.',
    'Send FTM-Position as it was answered.',
  ),
  INVALID_QUERY: meaning(
    400,
    'A parameter of the query is not known here, or its value is not allowed.',
    'Mend the parameters that errors names; it says what is allowed.',
  ),
  INVALID_REQUEST: meaning(
    400,
    'The parameters are allowed each, and not together.',
    'Ask as the detail says.',
  ),
  INVALID_SOURCE: meaning(
    422,
    'The source has fields that mean nothing for its kind, or lacks one that it needs.',
    'Mend the fields that errors names.',
  ),
  LOG_UNAVAILABLE: meaning(
    503,
    'No writer takes commands for the tenant now: one is taking over, or Kafka does not answer.',
    AGAIN,
  ),
  MALFORMED_BODY: meaning(
    400,
    'The body is not JSON, or JSON that two readers may read differently: a key twice, half a character.',
    'Write it with a JSON library, as UTF-8.',
  ),
  MALFORMED_REQUEST: meaning(400, 'The request cannot be read as HTTP.', 'Send it with an HTTP library.'),
  METHOD_NOT_ALLOWED: meaning(
    405,
    'The path does not have this method.',
    'Use one of those that Allow names.',
  ),
  METHOD_NOT_SUPPORTED: meaning(
    422,
    'Reinforcement fine-tuning is in the schema, and not supported yet.',
    'Use supervised with a jsonl_chat dataset, or dpo with a jsonl_preference one.',
  ),
  NOT_COVERED_YET: meaning(
    409,
    'No signed checkpoint covers the event yet.',
    'Ask again in a few seconds: one is signed every few seconds.',
  ),
  NO_REJECTIONS: meaning(
    409,
    'The dataset has no list of rejected rows: it is being built, or was erased.',
    'Wait until it is ready, blocked or failed.',
  ),
  NO_REPORT: meaning(
    409,
    'The dataset is not ready, so there is no report of it.',
    'Wait until it is ready.',
  ),
  OBJECT_DAMAGED: meaning(
    503,
    'The stored bytes are not those that the log names, or are not there: they were changed or removed behind FTM.',
    'Tell the operators, who can bring them back from a copy; nothing is shown that cannot be proved.',
  ),
  OBJECT_STORE_UNAVAILABLE: meaning(503, 'The object store does not answer.', AGAIN),
  ORCHESTRATOR_REFUSED: meaning(
    422,
    'The Orchestrator does not know something that the request names, such as a sanitizer profile.',
    'Mend what the detail names.',
  ),
  ORCHESTRATOR_UNAVAILABLE: meaning(
    503,
    'The Orchestrator cannot be asked who you are or whether it is allowed, so nothing is done.',
    AGAIN,
  ),
  PRICE_UNKNOWN: meaning(
    422,
    'There is no price for the model, so its cost cannot be governed.',
    'Have an admin add one with PUT /v1/pricing.',
  ),
  PROJECT_OUT_OF_SCOPE: meaning(403, 'The API key does not cover the project.', 'Use a key that does.'),
  READS_BEHIND: meaning(503, 'Reads have not come as far as what was asked for.', AGAIN),
  ROLE_MISSING: meaning(
    403,
    'The API key has none of the roles that this needs; the detail names them.',
    'Use a key of somebody who has one of them.',
  ),
  SIGNATURE_INVALID: meaning(
    401,
    'The webhook is not signed with a secret that is known here, or too old.',
    'Sign it with the secret of the endpoint, and send it at once.',
  ),
  SOURCE_DATASET_UNFIT: meaning(
    422,
    'A source dataset is not ready, of another project, or of another format.',
    'Name datasets of the project that are ready and have the format.',
  ),
  TOO_MANY_OPEN: meaning(
    429,
    'The tenant has as many of these under way as it may have at once.',
    'Wait until one has ended, then send the request again.',
  ),
  TOO_MANY_ROWS: meaning(
    413,
    'The body has more rows than a dataset may have.',
    'Send it in parts, make a dataset of each, and one dataset of those.',
  ),
  TOO_MANY_STREAMS: meaning(
    503,
    'Too many clients listen for events here.',
    'Ask for the events as JSON, or come again after the time that Retry-After says.',
  ),
  TOO_MANY_UNKNOWN_KEYS: meaning(
    429,
    'Too many API keys that are not known came from this address.',
    'Check the key; a good one is taken again after the time that Retry-After says.',
  ),
  TRISM_BLOCKED: meaning(
    409,
    'TRiSM refused rows of the body altogether: there is no upload of it.',
    'Take out what must not be trained on, and send it with another Idempotency-Key.',
  ),
  UNAUTHENTICATED: meaning(
    401,
    'The API key is missing, unknown, expired or revoked.',
    'Send Authorization: Bearer <key> with a key of the Orchestrator.',
  ),
  UNKNOWN_EVENT: meaning(
    503,
    'A newer version of FTM wrote an event that this instance does not know.',
    'Ask again: an instance of the newer version answers it. Operators finish the rollout.',
  ),
  UNSUPPORTED_ENCODING: meaning(415, 'The body has a content encoding.', 'Send it without one.'),
  UNSUPPORTED_MEDIA_TYPE: meaning(
    415,
    'The body has a media type that this path does not take.',
    'Send it as application/json in UTF-8; rows of an upload as application/jsonl.',
  ),
  UPLOAD_EXPIRED: meaning(
    409,
    'An upload was begun with this Idempotency-Key, not finished in time, and removed.',
    'Send it with another key.',
  ),
  UPLOAD_FORMAT_MISMATCH: meaning(
    422,
    'The rows of the upload have another format than the dataset.',
    'Ask for a dataset of the upload’s format.',
  ),
  UPLOAD_NOT_FOUND: meaning(
    422,
    'There is no such upload in the project, or it was removed.',
    'Send the rows with POST /v1/datasets/uploads, and name the id that it answers.',
  ),
  VERSION_CONFLICT: meaning(
    412,
    'The resource has changed since you saw it.',
    'Get it again, look whether what you want still holds, and send its new ETag as If-Match.',
  ),
} as const satisfies Readonly<Record<string, CodeMeaning>>;
