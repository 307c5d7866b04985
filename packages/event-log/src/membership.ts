import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Consumer } from 'kafkajs';
import { assignedPartitions, memberData, stickyAssigner } from './assigner.ts';
import { memberClient, type KafkaConnection } from './kafka-clients.ts';

export interface MembershipOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  /** Where others reach this member; empty for members that nobody calls. */
  readonly address: string;
  /** How long a silent member keeps its partitions: the failover time. */
  readonly sessionTimeoutMs: number;
  /** How soon it notices that partitions are shared out anew: most of what a graceful handover takes. */
  readonly noticeMs: number;
  /** Of the partitions that this member really has: the offset of its claim. */
  readonly claims: () => ReadonlyMap<number, bigint>;
  /** All partitions of this member, after every rebalance. */
  readonly onAssigned: (partitions: ReadonlySet<number>) => void;
  readonly onProblem?: (error: Error) => void;
}

/** Membership in a consumer group, for the assignment only: nothing is fetched and no offset is committed. */
export interface Membership {
  joined(): boolean;
  assigned(): ReadonlySet<number>;
  /** partition → address, as the group has it; asked for after every rebalance. */
  routes(): ReadonlyMap<number, string>;
  /** Asks the group now. Calls at the same time share one question. */
  refreshRoutes(): Promise<void>;
  /** Leaves the group at once, so that the others need not wait for the session to end. */
  stop(): Promise<void>;
}

const RESTART_MS = 500;
const STOP_WHILE_JOINING_MS = 3000;

export function createMembership(options: MembershipOptions): Membership {
  const { connection, topic, groupId, sessionTimeoutMs, noticeMs } = options;
  const kafka = memberClient(connection);
  let assigned: ReadonlySet<number> = new Set();
  let joined = false;
  let stopped = false;
  let consumer: Consumer | undefined;
  let starting: Promise<void> = Promise.resolve();
  let silentTicks = 0;
  let restartTimer: NodeJS.Timeout | undefined;
  const routes = createRoutes(options);

  async function start(): Promise<void> {
    const mine = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      // A rebalance is noticed at a heartbeat.
      heartbeatInterval: Math.min(noticeMs, Math.floor(sessionTimeoutMs / 8)),
      maxWaitTimeInMs: Math.min(Math.floor(noticeMs / 2.5), Math.floor(sessionTimeoutMs / 20)),
      allowAutoTopicCreation: false,
      // A crash is started anew here, never by the client: it does so for some errors only.
      retry: { restartOnFailure: async () => false },
      partitionAssigners: [
        stickyAssigner(topic, () => ({
          address: options.address,
          owned: Object.fromEntries(
            [...options.claims()].map(([partition, offset]) => [String(partition), String(offset)]),
          ),
        })),
      ],
    });
    consumer = mine;
    mine.on(mine.events.GROUP_JOIN, ({ payload }) => {
      if (consumer !== mine) return;
      // Before the first fetch of this membership: nothing is ever read through it.
      mine.pause([{ topic }]);
      silentTicks = 0;
      joined = true;
      assigned = new Set(payload.memberAssignment[topic] ?? []);
      void routes.refresh().catch(options.onProblem);
      options.onAssigned(assigned);
    });
    mine.on(mine.events.HEARTBEAT, () => {
      silentTicks = 0;
    });
    mine.on(mine.events.CRASH, ({ payload }) => {
      if (consumer === mine) restart(payload.error);
    });
    await mine.connect();
    await mine.subscribe({ topic });
    await mine.run({ autoCommit: false, eachBatch: async () => undefined });
  }

  function restart(error: Error): void {
    const old = consumer;
    consumer = undefined;
    joined = false;
    if (stopped) return;
    options.onProblem?.(error);
    void old?.disconnect().catch(() => undefined);
    clearTimeout(restartTimer);
    restartTimer = setTimeout(begin, RESTART_MS);
  }

  function begin(): void {
    if (stopped) return;
    starting = start();
    const mine = consumer;
    // Given up while it was still connecting, it would join all the same, and keep partitions that nobody works on.
    const leaveIfGivenUp = (): void => {
      if (consumer !== mine) void mine?.disconnect().catch(() => undefined);
    };
    starting.then(leaveIfGivenUp, (error: unknown) => {
      if (consumer === mine) restart(asError(error));
      else leaveIfGivenUp();
    });
  }

  // The client can fall silent without a crash. Ticks are counted, not time: a process that was stopped is not at
  // fault.
  const watchdog = setInterval(() => {
    silentTicks += 1;
    if (silentTicks > 8 && consumer !== undefined) {
      silentTicks = 0;
      restart(new Error(`no heartbeat of group ${groupId} for ${sessionTimeoutMs * 4} ms`));
    }
  }, sessionTimeoutMs / 2);
  watchdog.unref();
  begin();

  return {
    joined: () => joined,
    assigned: () => assigned,
    routes: () => routes.current(),
    refreshRoutes: () => routes.refresh(),
    async stop() {
      stopped = true;
      clearInterval(watchdog);
      clearTimeout(restartTimer);
      joined = false;
      const old = consumer;
      consumer = undefined;
      // A member that is still joining can leave only when it has joined; left at once, its session would haunt the
      // group.
      const joining = starting.catch(() => undefined);
      await Promise.race([joining, sleep(STOP_WHILE_JOINING_MS)]);
      await Promise.allSettled([old?.disconnect(), routes.close()]);
    },
  };
}

interface Routes {
  current(): ReadonlyMap<number, string>;
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** The routing table is the group's own description: every member's address and assignment. */
function createRoutes(options: MembershipOptions): Routes {
  let table: ReadonlyMap<number, string> = new Map();
  let admin: Promise<Admin> | undefined;
  let asking: Promise<void> | undefined;
  let closed = false;

  async function open(): Promise<Admin> {
    const opened = memberClient(options.connection).admin({ retry: { retries: 3 } });
    await opened.connect();
    return opened;
  }

  async function ask(): Promise<void> {
    for (let attempt = 0; attempt < 40 && !closed; attempt += 1) {
      admin ??= open();
      const mine = admin;
      try {
        const { groups } = await (await mine).describeGroups([options.groupId]);
        const [group] = groups;
        if (group?.state === 'Stable') {
          table = new Map(
            group.members.flatMap((member) => {
              const { address } = memberData(member.memberMetadata);
              return assignedPartitions(member.memberAssignment, options.topic).map(
                (partition): [number, string] => [partition, address],
              );
            }),
          );
          return;
        }
      } catch (error) {
        admin = undefined;
        void mine.then((old) => old.disconnect()).catch(() => undefined);
        options.onProblem?.(asError(error));
      }
      await sleep(50 + attempt * 10);
    }
  }

  return {
    current: () => table,
    refresh() {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    async close() {
      closed = true;
      const opened = admin;
      const disconnect = async () => (await opened)?.disconnect();
      // The client connects anew for a question that comes after: so the last one first.
      await Promise.race([asking, sleep(1000)]);
      await disconnect();
      void asking?.then(disconnect).catch(() => undefined);
    },
  };
}

/** A wait that keeps no process alive. */
const sleep = (ms: number): Promise<unknown> => delay(ms, undefined, { ref: false });

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
