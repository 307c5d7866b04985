import process from 'node:process';
import { context, trace } from '@opentelemetry/api';
import winston from 'winston';
import { currentContext } from './context.ts';
import { redact } from './redact.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
}

export interface LoggerOptions {
  readonly service: string;
  readonly instance?: string;
  readonly level?: string;
  /** Where the lines go; default: standard output. */
  readonly stream?: NodeJS.WritableStream;
}

/** What winston or this file writes into every line. */
const TAKEN = new Set(['level', 'message', 'msg', 'time']);

/** A field keeps its value and gives up a name that is taken: `message` becomes `field_message`. */
const beside = (fields: Fields, taken: ReadonlySet<string>): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [taken.has(name) ? `field_${name}` : name, value]),
  );

/** One JSON object a line, with trace, tenant and request id, and without secrets and personal data. */
export function createLogger({
  service,
  instance,
  level = 'info',
  stream = process.stdout,
}: LoggerOptions): Logger {
  const enrich = winston.format((info) => {
    const { level: at, message, ...fields } = info;
    const span = trace.getSpan(context.active())?.spanContext();
    const { requestId, tenant } = currentContext();
    const line = {
      time: new Date().toISOString(),
      level: at,
      msg: message,
      service,
      ...(instance === undefined ? {} : { instance }),
      ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(requestId === undefined ? {} : { request_id: requestId }),
    };
    // winston keeps the level for itself under a symbol, which a plain copy of the entries would lose.
    const kept: typeof info = { level: at, message: '', [Symbol.for('level')]: at };
    return {
      ...kept,
      ...line,
      ...(redact(beside(fields, new Set(Object.keys(line)))) as object),
      level: at,
      message: undefined,
      msg: redact(message),
    };
  });
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(enrich(), winston.format.json({ deterministic: false })),
    // winston's types and eslint disagree about what a transport is.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    transports: [new winston.transports.Stream({ stream })],
  });
  const log =
    (at: keyof Logger) =>
    (message: string, fields: Fields = {}): void =>
      void logger.log({ ...beside(fields, TAKEN), level: at, message });
  return { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
}
