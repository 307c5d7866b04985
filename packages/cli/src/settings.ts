import { Option, type Command } from 'commander';
import { CHECKPOINTS_TOPIC, EVENTS_TOPIC } from '@ftm/contracts/topics';
import process from 'node:process';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { kafkaSecurityOf } from '@ftm/event-log/kafka-security';
import { createRegistry, type Registry } from '@ftm/event-log/registry';
import { createOrchestratorClient, type OrchestratorClient } from '@ftm/orchestrator/client';
import { CannotRun } from './cannot-run.ts';
import { createOperator, type Operator } from './operator.ts';
import { createNoteVerifier, type NoteVerifier } from '@ftm/audit/signed-note';

/** What can be said on the command line or in the environment. */
export interface Settings {
  readonly brokers?: string;
  readonly topic: string;
  readonly checkpointsTopic: string;
  readonly registry?: string;
  readonly orchestrator?: string | false;
  readonly orchestratorKey?: string;
  readonly trust?: string;
  readonly operator?: string;
  readonly operatorToken?: string;
}

export interface OrchestratorAt {
  readonly baseUrl: string;
  readonly serviceKey: string;
}

const OPTIONS = {
  brokers: new Option('--brokers <list>', 'Kafka brokers, host:port, comma between').env('FTM_KAFKA_BROKERS'),
  topic: new Option('--topic <name>', 'topic of the events').env('FTM_EVENTS_TOPIC').default(EVENTS_TOPIC),
  checkpointsTopic: new Option('--checkpoints-topic <name>', 'topic of the signed checkpoints').default(
    CHECKPOINTS_TOPIC,
  ),
  registry: new Option('--registry <url>', 'schema registry (Confluent API)').env('FTM_REGISTRY_URL'),
  orchestrator: new Option('--orchestrator <url>', 'the Orchestrator, for its copy of the log').env(
    'FTM_ORCHESTRATOR_URL',
  ),
  noOrchestrator: new Option('--no-orchestrator', 'leave the Orchestrator’s copy out'),
  orchestratorKey: new Option('--orchestrator-key <key>', 'service key; better in the environment').env(
    'FTM_ORCHESTRATOR_SERVICE_KEY',
  ),
  trust: new Option(
    '--trust <keys>',
    'public keys of checkpoints (name+hash+key), comma between: got from whoever runs FTM, never from FTM',
  ).env('FTM_AUDIT_TRUSTED_KEYS'),
  operator: new Option(
    '--operator <urls>',
    'health ports of the projector and the runners, comma between: their operator’s routes are there',
  ).env('FTM_OPERATOR_URLS'),
  operatorToken: new Option('--operator-token <token>', 'service credential; better in the environment').env(
    'FTM_OPERATOR_TOKEN',
  ),
};

/** Adds the options that a command needs. */
export function needing(command: Command, ...names: readonly (keyof typeof OPTIONS)[]): Command {
  for (const name of names) command.addOption(OPTIONS[name]);
  return command;
}

function need<K extends keyof Settings>(settings: Settings, key: K, option: string, variable: string) {
  const value = settings[key];
  if (value === undefined || value === '' || value === false)
    throw new CannotRun(`${option} is missing: give it, or set ${variable}`);
  return value as Exclude<NonNullable<Settings[K]>, false>;
}

export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

export function kafkaOf(settings: Settings): KafkaConnection {
  return {
    brokers: listOf(need(settings, 'brokers', '--brokers', 'FTM_KAFKA_BROKERS')),
    ...kafkaSecurityOf(process.env),
    clientId: 'ftm-cli',
  };
}

export const topicsOf = (settings: Settings) => ({
  events: settings.topic,
  checkpoints: settings.checkpointsTopic,
});

export const registryUrlOf = (settings: Settings): string =>
  need(settings, 'registry', '--registry', 'FTM_REGISTRY_URL');

export const registryOf = (settings: Settings): Registry => createRegistry(registryUrlOf(settings));

/** Undefined where it is not asked for. */
export function orchestratorOf(settings: Settings): OrchestratorClient | undefined {
  if (settings.orchestrator === undefined || settings.orchestrator === false) return undefined;
  return createOrchestratorClient(orchestratorAt(settings));
}

export const orchestratorAt = (settings: Settings): OrchestratorAt => ({
  baseUrl: need(settings, 'orchestrator', '--orchestrator', 'FTM_ORCHESTRATOR_URL'),
  serviceKey: need(settings, 'orchestratorKey', '--orchestrator-key', 'FTM_ORCHESTRATOR_SERVICE_KEY'),
});

export function operatorsOf(settings: Settings): Operator[] {
  const token = need(settings, 'operatorToken', '--operator-token', 'FTM_OPERATOR_TOKEN');
  return listOf(need(settings, 'operator', '--operator', 'FTM_OPERATOR_URLS')).map((url) =>
    createOperator(url, token),
  );
}

export const trustOf = (settings: Settings): string[] => listOf(settings.trust ?? '');

export function trustedOf(settings: Settings): NoteVerifier[] {
  return trustOf(settings).map((key) => {
    try {
      return createNoteVerifier(key);
    } catch (error) {
      throw new CannotRun(`--trust: ${(error as Error).message}`);
    }
  });
}
