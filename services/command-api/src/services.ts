import type { Commander } from '@ftm/commands/commander';
import type { EncryptedStore } from '@ftm/object-store/encrypted-store';
import type { OrchestratorClient } from '@ftm/orchestrator/client';
import type { Proofs } from './audit/proofs.ts';
import type { CostReads } from './costs/cost-reads.ts';
import type { Quotas } from './quotas.ts';
import type { Reads } from './reads.ts';
import type { ReadWaits } from './read-waits.ts';

/** What the routes are made of. */
export interface Services {
  readonly commander: Commander;
  readonly reads: Reads;
  readonly readWaits: ReadWaits;
  readonly costs: CostReads;
  readonly quotas: Quotas;
  readonly orchestrator: OrchestratorClient;
  readonly objects: EncryptedStore;
  readonly proofs: Proofs;
  readonly limits: {
    readonly uploadBytes: number;
    readonly datasetRows: number;
    /** A model that is shut down in fewer days is not made live. */
    readonly minDaysToShutdown: number;
  };
}
