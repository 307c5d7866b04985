import { Kafka, logLevel, type ISocketFactory, type KafkaConfig, type RetryOptions } from 'kafkajs';
import { calmRequests } from './calm-requests.ts';

/** Where Kafka is and who we are. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
  /** How connections are made; default plain TCP or TLS. */
  readonly socketFactory?: ISocketFactory;
  /** What the Kafka client has to say; warnings and errors only. */
  readonly onClientLog?: (level: 'warn' | 'error', message: string) => void;
}

/**
 * After a commit the broker answers CONCURRENT_TRANSACTIONS for a moment. The client's default waits 300 ms then,
 * which would be the latency of every other command.
 */
const WRITER_RETRY: RetryOptions = { initialRetryTime: 5, multiplier: 1.5, maxRetryTime: 500, retries: 30 };
/** Kept short: what fails is opened anew by its owner, who knows what to do about it. */
const READER_RETRY: RetryOptions = { initialRetryTime: 50, multiplier: 2, maxRetryTime: 500, retries: 3 };
const MEMBER_RETRY: RetryOptions = {
  initialRetryTime: 100,
  multiplier: 1.5,
  maxRetryTime: 2000,
  retries: 20,
};
/** Somebody waits for the answer: some 5 s, enough for a leader that is just elected. */
const OPERATOR_RETRY: RetryOptions = { initialRetryTime: 100, multiplier: 2, maxRetryTime: 1000, retries: 7 };

/**
 * For one transactional producer. Idempotent producers must never give up in the middle of a send: hence the many
 * retries.
 */
export function writerClient(connection: KafkaConnection): Kafka {
  return client(connection, WRITER_RETRY, 10_000);
}

export function readerClient(connection: KafkaConnection): Kafka {
  return client(connection, READER_RETRY, 10_000);
}

export function memberClient(connection: KafkaConnection): Kafka {
  return client(connection, MEMBER_RETRY, 30_000);
}

/** For what an operator runs and waits for. */
export function operatorClient(connection: KafkaConnection): Kafka {
  return client(connection, OPERATOR_RETRY, 30_000);
}

function client(connection: KafkaConnection, retry: RetryOptions, requestTimeout: number): Kafka {
  calmRequests();
  return new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: 3000,
    requestTimeout,
    retry,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) =>
      connection.onClientLog?.(
        entry.level === logLevel.ERROR ? 'error' : 'warn',
        `${entry.namespace}: ${entry.log.message}`,
      ),
    ...(connection.ssl === undefined ? {} : { ssl: connection.ssl }),
    ...(connection.socketFactory === undefined ? {} : { socketFactory: connection.socketFactory }),
    ...(connection.sasl === undefined ? {} : { sasl: connection.sasl }),
  });
}
