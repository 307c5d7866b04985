import { tenantId } from './ids.ts';
import * as names from './object-names.ts';

const owner = { tenantId: tenantId('acme'), projectId: 'p' };
const NAMES: readonly string[] = [
  names.datasetObjects(owner, 'd'),
  names.datasetChunk(owner, 'd', 0),
  names.uploadObjects(owner, 'u'),
  names.uploadRef(owner, 'u'),
  names.suiteObjects(owner, 's'),
  names.evalRunObjects(owner, 'r'),
  names.evalRunChunk(owner, 'r', 0),
  names.fineTuneObjects(owner, 'f'),
];

describe('names of objects', () => {
  it('are all under what the erasure of their tenant removes, and of no other tenant’s', () => {
    const functions = Object.values(names).filter((each) => typeof each === 'function');
    // Each function that names an object is above; the others are the name within one, the roots, and the way back.
    expect(functions).toHaveLength(NAMES.length + 3);
    const under = (tenant: string) => (name: string) =>
      names.objectsOfTenant(tenantId(tenant)).some((root) => name.startsWith(root));
    expect(NAMES.filter((name) => !under('acme')(name))).toEqual([]);
    expect(NAMES.filter((name) => under('acm')(name) || under('acme2')(name))).toEqual([]);
  });
  it('differ', () => {
    expect(new Set(NAMES).size).toBe(NAMES.length);
  });
  it('of uploads tell whose they are; no others do', () => {
    expect(names.uploadOf(names.uploadRef(owner, 'u'))).toEqual({ owner, upload: 'u', name: 'ref' });
    expect(names.uploadOf(names.datasetChunk(owner, 'd', 0))).toBeUndefined();
    expect(names.uploadOf(names.uploadObjects(owner, 'u'))).toBeUndefined();
  });
});
