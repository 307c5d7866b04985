import CircuitBreaker from 'opossum';
import type { z } from 'zod';
import { OrchestratorRefused, OrchestratorUnavailable } from './errors.ts';
import { exchange, type HttpCall, type HttpSettings } from './http-call.ts';

type Circuit = CircuitBreaker<[() => Promise<unknown>]>;
type Post<S extends z.ZodType> = Omit<HttpCall<S>, 'method'>;
type Get<S extends z.ZodType> = Pick<HttpCall<S>, 'endpoint' | 'path' | 'answer'>;

/** Calls of the Orchestrator, each endpoint behind a circuit of its own. */
export interface Calls {
  /** @throws OrchestratorRefused, OrchestratorUnavailable */
  post<S extends z.ZodType>(call: Post<S>): Promise<z.infer<S>>;
  /** @throws OrchestratorRefused, OrchestratorUnavailable */
  get<S extends z.ZodType>(call: Get<S>): Promise<z.infer<S>>;
  /** Ends the circuits' timers. */
  close(): void;
}

/**
 * After several failures in a row an endpoint is left alone for a moment, and callers learn at once that it is away.
 * @param resetMs how long that moment is
 */
export function createCalls(settings: HttpSettings, resetMs: number): Calls {
  const circuits = new Map<string, Circuit>();

  function circuitOf(endpoint: string): Circuit {
    const circuit = circuits.get(endpoint) ?? createCircuit(resetMs);
    circuits.set(endpoint, circuit);
    return circuit;
  }
  async function guarded<S extends z.ZodType>(call: HttpCall<S>): Promise<z.infer<S>> {
    try {
      return (await circuitOf(call.endpoint).fire(() => exchange(settings, call))) as z.infer<S>;
    } catch (error) {
      if (error instanceof OrchestratorRefused || error instanceof OrchestratorUnavailable) throw error;
      throw new OrchestratorUnavailable(
        'circuit_open',
        `the Orchestrator’s ${call.endpoint} is left alone after failures`,
        { cause: error },
      );
    }
  }

  return {
    post: (call) => guarded({ ...call, method: 'POST' }),
    get: (call) => guarded({ ...call, method: 'GET' }),
    close() {
      for (const circuit of circuits.values()) circuit.shutdown();
      circuits.clear();
    },
  };
}

function createCircuit(resetTimeout: number): Circuit {
  return new CircuitBreaker((work: () => Promise<unknown>) => work(), {
    timeout: false, // the exchange has its own deadline
    resetTimeout,
    errorThresholdPercentage: 60,
    volumeThreshold: 8,
    rollingCountTimeout: 10_000,
    // A "no" is an answer, and so is what cannot be read: it is about one key or one question, and others are answered.
    errorFilter: (error: unknown) =>
      error instanceof OrchestratorRefused ||
      (error instanceof OrchestratorUnavailable && error.reason === 'garbage'),
  });
}
