import kafkajs, { type Admin } from 'kafkajs';
import { operatorClient, type KafkaConnection } from './kafka-clients.ts';

export interface WantedTopic {
  readonly topic: string;
  readonly partitions: number;
}

export interface TopicState {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  /**
   * `made`, `mended` and `there`: as it must be, and what was done for it. `missing` and `differs`: what `prepareTopics` would make and mend. `wrong`: what nobody but
   * an operator can mend.
   */
  readonly state: 'made' | 'mended' | 'there' | 'missing' | 'differs' | 'wrong';
  /** What was or is to be mended, or is wrong. */
  readonly details: readonly string[];
}

/** The log is the truth: it is kept for ever, whole, and a replica that has not all of it never leads. */
const SETTINGS: Readonly<Record<string, string>> = {
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'cleanup.policy': 'delete',
  'unclean.leader.election.enable': 'false',
};
/** A broker that takes more is none the worse. */
const MIN_MESSAGE_BYTES = 1_048_576;
const MAX_MESSAGE_BYTES = 'max.message.bytes';

/**
 * Makes the topics that are missing, as many replicas as the brokers' default, and sets what must be set on those that exist. Safe to run again, and by two at once.
 * @param options `check`: looks, and changes nothing
 */
export async function prepareTopics(
  connection: KafkaConnection,
  wanted: readonly WantedTopic[],
  { check }: { readonly check: boolean },
): Promise<TopicState[]> {
  const admin = operatorClient(connection).admin();
  await admin.connect();
  try {
    const known = await admin.listTopics();
    const missing = wanted.filter(({ topic }) => !known.includes(topic));
    if (check) {
      const there = wanted.filter(({ topic }) => known.includes(topic));
      return [
        ...missing.map((each) => ({ ...each, replicas: 0, state: 'missing' as const, details: [] })),
        ...(await Promise.all(there.map((each) => lookAt(admin, each)))),
      ];
    }
    if (missing.length > 0) await make(admin, missing);
    return await Promise.all(
      wanted.map(async (each) => {
        const found = await lookAt(admin, each);
        if (missing.includes(each)) return { ...found, state: 'made' as const };
        return found.state === 'differs' ? mend(admin, found) : found;
      }),
    );
  } finally {
    await admin.disconnect();
  }
}

async function make(admin: Admin, topics: readonly WantedTopic[]): Promise<void> {
  const configEntries = [...Object.entries(SETTINGS), [MAX_MESSAGE_BYTES, String(MIN_MESSAGE_BYTES)]].map(
    ([name = '', value = '']) => ({ name, value }),
  );
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: -1,
      configEntries,
    })),
  });
}

async function lookAt(admin: Admin, { topic, partitions }: WantedTopic): Promise<TopicState> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics[0]?.partitions ?? [];
  const base = { topic, partitions: found.length, replicas: found[0]?.replicas.length ?? 0 };
  if (found.length !== partitions)
    return {
      ...base,
      state: 'wrong',
      details: [
        `it has ${found.length} partitions and must have ${partitions}: the number cannot change where events are`,
      ],
    };
  const details = [...toMend(await settingsOf(admin, topic))].map(
    ([name, { is, wanted }]) => `${name} is ${is}, wanted ${wanted}`,
  );
  return { ...base, state: details.length === 0 ? 'there' : 'differs', details };
}

/** Kafka's older call replaces all settings of a topic: what else somebody has set goes along. */
async function mend(admin: Admin, found: TopicState): Promise<TopicState> {
  const settings = await settingsOf(admin, found.topic);
  const own = new Map(
    [...settings].filter(([, { own: isOwn }]) => isOwn).map(([name, { value }]) => [name, value]),
  );
  for (const [name, { wanted }] of toMend(settings)) own.set(name, wanted);
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: found.topic,
        configEntries: [...own].map(([name, value]) => ({ name, value })),
      },
    ],
  });
  return { ...found, state: 'mended' };
}

type Settings = ReadonlyMap<string, { readonly value: string; readonly own: boolean }>;

async function settingsOf(admin: Admin, topic: string): Promise<Settings> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return new Map(
    (resources[0]?.configEntries ?? []).map(({ configName, configValue, configSource }) => [
      configName,
      { value: configValue, own: configSource === kafkajs.ConfigSource.TOPIC_CONFIG },
    ]),
  );
}

function toMend(settings: Settings): Map<string, { is: string; wanted: string }> {
  const found = new Map<string, { is: string; wanted: string }>();
  for (const [name, wanted] of Object.entries(SETTINGS)) {
    const is = settings.get(name)?.value ?? 'unknown';
    if (is !== wanted) found.set(name, { is, wanted });
  }
  const bytes = settings.get(MAX_MESSAGE_BYTES)?.value ?? 'unknown';
  if (!(Number(bytes) >= MIN_MESSAGE_BYTES))
    found.set(MAX_MESSAGE_BYTES, { is: bytes, wanted: String(MIN_MESSAGE_BYTES) });
  return found;
}
