// Jest's transform: TypeScript to JavaScript by swc, and one line that makes arithmetic as fast as outside of Jest.
// Specs run in a context of their own, where each look at a global (`Math`, `Uint32Array` …) is a call into C++: in the
// loops of hashing and counting that was nine tenths of the time. Each module takes those that it names once.
import swc from '@swc/jest';

const GLOBALS = [
  ...[
    'Array',
    'BigInt',
    'Buffer',
    'Infinity',
    'JSON',
    'Map',
    'Math',
    'NaN',
    'Number',
    'Object',
    'Set',
    'String',
  ],
  ...['BigUint64Array', 'DataView', 'Float32Array', 'Float64Array', 'Int16Array', 'Int32Array'],
  ...['Uint8Array', 'Uint16Array', 'Uint32Array', 'WeakMap'],
];

/** What a module names, and neither imports nor declares. */
function taken(code) {
  return GLOBALS.filter(
    (name) =>
      new RegExp(`\\b${name}\\b`).test(code) &&
      !new RegExp(`\\b(?:import|const|let|var|class|function)\\b[^;=(]*\\b${name}\\b`).test(code),
  );
}

const withGlobals = (result) => {
  const names = taken(result.code);
  return names.length === 0
    ? result
    : { ...result, code: `const { ${names.join(', ')} } = globalThis;${result.code}` };
};

export default {
  createTransformer(options) {
    const transformer = swc.createTransformer(options);
    return {
      ...transformer,
      process: (...given) => withGlobals(transformer.process(...given)),
      processAsync: async (...given) => withGlobals(await transformer.processAsync(...given)),
      getCacheKey: (...given) => `${transformer.getCacheKey(...given)}1`,
    };
  },
};
