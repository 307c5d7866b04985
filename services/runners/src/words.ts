import type { ScannedText } from '@ftm/contracts/scanned-text';
import type { TenantId } from '@ftm/contracts/ids';
import { OrchestratorRefused, OrchestratorUnavailable } from '@ftm/orchestrator/client';
import type { Tools } from './tasks.ts';

const MOST_WORDS = 4000;

/**
 * What a provider or PRISM said, as TRiSM left it. An end is recorded whether or not TRiSM can be asked: then FTM says it in words of its own.
 * @returns null where TRiSM gave no answer
 */
export async function scanned(
  { orchestrator, logger }: Pick<Tools, 'orchestrator' | 'logger'>,
  of: { readonly tenantId: TenantId; readonly projectId: string },
  said: string,
): Promise<ScannedText | null> {
  try {
    return (await orchestrator.scan(of, said.slice(0, MOST_WORDS))).text;
  } catch (error) {
    if (!(error instanceof OrchestratorUnavailable || error instanceof OrchestratorRefused)) throw error;
    logger.warn('TRiSM cannot be asked: what another program said is not kept, FTM’s own words are', {
      reason: error.name,
    });
    return null;
  }
}
