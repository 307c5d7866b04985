// Jest's environment: Node's, and the stack of the worker that runs the spec, where there is one for each worker. It is
// set in the process itself, so that processes that a spec starts have it too.
import process from 'node:process';
import { TestEnvironment } from 'jest-environment-node';

const { FTM_TEST_STACKS: stacks, JEST_WORKER_ID: worker } = process.env;
if (stacks !== undefined) Object.assign(process.env, JSON.parse(stacks)[Number(worker) - 1]);

export default TestEnvironment;
