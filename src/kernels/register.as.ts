// The hot loops of rigid registration.
export { smooth } from './_register_smooth.as';
export { sumPoints } from './_register_points.as';
export { columnsAt, innerProduct, pairSums, spreadPoints, takeColumn } from './_register_template.as';
export { resample } from './_register_resample.as';
export { keepInView, shear } from './_register_shear.as';
export { addFrame, storeFrame } from './_register_moments.as';
export { prefilter } from './_register_prefilter.as';
