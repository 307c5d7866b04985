import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

/**
 * What every member tells the group: where it is reached, and which partitions it has, with how new its claim on each
 * is.
 */
export interface MemberData {
  readonly address: string;
  /** partition → offset of the claim: of two that say they own a partition, the newer claim does. */
  readonly owned: Readonly<Record<string, string>>;
}

export interface Candidate extends MemberData {
  readonly memberId: string;
}

const NAME = 'ftm-sticky';
const VERSION = 1;

/**
 * Balanced to within one partition, and no partition moves that need not: everyone keeps what it has up to its share,
 * the rest goes to those below theirs. Deterministic.
 * @returns member id → partitions in order
 */
export function assign(members: readonly Candidate[], partitions: number): Map<string, number[]> {
  const owned = new Map<string, number[]>(members.map((each) => [each.memberId, []]));
  for (let partition = 0; partition < partitions; partition += 1) {
    const owner = ownerOf(members, partition);
    if (owner !== undefined) owned.get(owner)?.push(partition);
  }
  // Those with most come first, so that the shares of one more go to whom they spare a move.
  const order = [...owned.keys()].sort(
    (a, b) => (owned.get(b)?.length ?? 0) - (owned.get(a)?.length ?? 0) || (a < b ? -1 : 1),
  );
  const share = Math.floor(partitions / members.length);
  const larger = partitions % members.length;
  const result = new Map<string, number[]>();
  const free: number[] = [];
  const taken = new Set<number>();
  order.forEach((memberId, index) => {
    const keep = (owned.get(memberId) ?? []).slice(0, share + (index < larger ? 1 : 0));
    keep.forEach((partition) => taken.add(partition));
    result.set(memberId, keep);
  });
  for (let partition = 0; partition < partitions; partition += 1)
    if (!taken.has(partition)) free.push(partition);
  order.forEach((memberId, index) => {
    const mine = result.get(memberId) ?? [];
    while (mine.length < share + (index < larger ? 1 : 0)) {
      const next = free.shift();
      if (next === undefined) break;
      mine.push(next);
    }
    mine.sort((a, b) => a - b);
  });
  return result;
}

function ownerOf(members: readonly Candidate[], partition: number): string | undefined {
  let owner: string | undefined;
  let newest = -1n;
  for (const member of members) {
    const claimed = member.owned[String(partition)];
    if (claimed === undefined || !/^\d+$/.test(claimed)) continue;
    if (BigInt(claimed) > newest) {
      newest = BigInt(claimed);
      owner = member.memberId;
    }
  }
  return owner;
}

/** @param self read at every join, so that it speaks of what is owned then */
export function stickyAssigner(topic: string, self: () => MemberData): PartitionAssigner {
  return ({ cluster }) => ({
    name: NAME,
    version: VERSION,
    async assign({ members }) {
      const candidates = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        ...memberData(memberMetadata),
      }));
      const partitions = cluster.findTopicPartitionMetadata(topic).length;
      return [...assign(candidates, partitions)].map(([memberId, mine]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment: { [topic]: mine },
          userData: Buffer.alloc(0),
        }),
      }));
    },
    protocol: ({ topics }) => ({
      name: NAME,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: VERSION,
        topics,
        userData: Buffer.from(JSON.stringify(self())),
      }),
    }),
  });
}

/** What a member said of itself; a member that says nothing readable owns nothing and is reached nowhere. */
export function memberData(metadata: Buffer): MemberData {
  try {
    const decoded = AssignerProtocol.MemberMetadata.decode(metadata);
    const data: unknown = JSON.parse(decoded?.userData.toString('utf8') ?? 'null');
    if (typeof data === 'object' && data !== null && 'address' in data && 'owned' in data) {
      const { address, owned } = data;
      if (typeof address === 'string' && typeof owned === 'object' && owned !== null) {
        const claims = Object.entries(owned).filter(
          (each): each is [string, string] => typeof each[1] === 'string',
        );
        return { address, owned: Object.fromEntries(claims) };
      }
    }
  } catch {
    // Not ours.
  }
  return { address: '', owned: {} };
}

/** The partitions in a member's assignment. */
export function assignedPartitions(assignment: Buffer, topic: string): readonly number[] {
  if (assignment.length === 0) return [];
  return AssignerProtocol.MemberAssignment.decode(assignment)?.assignment[topic] ?? [];
}
