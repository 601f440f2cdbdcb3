export type { Image } from './image.js';
export type { Images } from './listing.js';
export type { ModelOptions, Prediction, Predictions, ProcessOptions } from './options.js';
export type { Ranked } from './predictions.js';
export type { Preparation, PreprocessOptions } from './preparation.js';
export { ImageProcessor } from './processor.js';
export type { Wanted } from './wanted.js';
