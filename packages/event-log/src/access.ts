import { CHECKPOINTS_TOPIC, EVENTS_TOPIC } from '@ftm/contracts/topics';
import type { AclEntry } from 'kafkajs';

/** Numbers of Kafka’s protocol (KIP-140), which the client names in its types alone. */
const ALLOW = 3;
const OPERATIONS = { READ: 3, WRITE: 4, DESCRIBE: 8 } as const;
const RESOURCES = { TOPIC: 2, GROUP: 3, TRANSACTIONAL_ID: 5 } as const;
const [LITERAL, PREFIXED] = [3, 4];

/** Who uses the topics. `consumer` is any system downstream. */
export const USERS = ['command-api', 'projector', 'runners', 'consumer'] as const;
export type User = (typeof USERS)[number];

type May = keyof typeof OPERATIONS;

/** What one user needs on resources of a name, or of all names that begin so. */
interface Need {
  readonly kind: keyof typeof RESOURCES;
  readonly name: string;
  readonly begins?: true;
  readonly may: readonly May[];
}

/** Groups of the projections of a service, whichever topic they read. */
const GROUPS: Readonly<Record<Exclude<User, 'command-api'>, string>> = {
  projector: 'ftm-journal',
  runners: 'ftm-work',
  consumer: 'ftm-consumer-',
};

/**
 * What each user of the log needs at Kafka, and nothing else: only command-api writes events, and only the projector checkpoints; nobody creates, alters or
 * deletes a topic, which is the business of `ftm prepare`.
 */
export function needsOf(user: User, events = EVENTS_TOPIC, checkpoints = CHECKPOINTS_TOPIC): readonly Need[] {
  const reads: Need = { kind: 'TOPIC', name: events, may: ['READ', 'DESCRIBE'] };
  switch (user) {
    case 'command-api':
      return [
        { ...reads, may: ['READ', 'WRITE', 'DESCRIBE'] },
        { kind: 'GROUP', name: 'ftm-command-api', may: ['READ', 'DESCRIBE'] },
        { kind: 'TRANSACTIONAL_ID', name: `${events}.`, begins: true, may: ['WRITE', 'DESCRIBE'] },
      ];
    case 'projector':
      return [
        reads,
        { kind: 'TOPIC', name: checkpoints, may: ['READ', 'WRITE', 'DESCRIBE'] },
        { kind: 'GROUP', name: GROUPS.projector, begins: true, may: ['READ', 'DESCRIBE'] },
        { kind: 'TRANSACTIONAL_ID', name: `${events}.checkpoints`, begins: true, may: ['WRITE', 'DESCRIBE'] },
      ];
    case 'runners':
      return [reads, { kind: 'GROUP', name: GROUPS.runners, begins: true, may: ['READ', 'DESCRIBE'] }];
    case 'consumer':
      return [
        reads,
        { ...reads, name: checkpoints },
        { kind: 'GROUP', name: GROUPS.consumer, begins: true, may: ['READ', 'DESCRIBE'] },
      ];
  }
}

/** The same for a principal, such as `User:ftm-projector`, as Kafka stores it. */
export const aclsOf = (principal: string, needs: readonly Need[]): AclEntry[] =>
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the client’s enums cannot be imported
  needs.flatMap(({ kind, name, begins, may }) =>
    may.map((operation) => ({
      principal,
      host: '*',
      permissionType: ALLOW,
      operation: OPERATIONS[operation],
      resourceType: RESOURCES[kind],
      resourceName: name,
      resourcePatternType: begins === true ? PREFIXED : LITERAL,
    })),
  );
