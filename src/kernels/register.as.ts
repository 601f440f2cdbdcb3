// The hot loops of rigid registration.
export { smooth } from './_register_smooth.as';
export { sumPoints } from './_register_points.as';
export { resample } from './_register_resample.as';
