import { expect, it } from 'vitest';
import { OUTPUT_PARAMS, RUN_PARAMS, SOURCE_PARAMS } from '../../dist/cli/common.js';
import { findOperator, operatorNames } from '../../dist/operators/registry.js';

it.each(operatorNames())('%s has no option that fanfold run has itself', async (name) => {
  const { dtype: _, ...flags } = { ...SOURCE_PARAMS, ...RUN_PARAMS, ...OUTPUT_PARAMS };
  const { params } = await findOperator(name);
  expect(Object.keys(params).filter((param) => param in flags)).toEqual([]);
});
