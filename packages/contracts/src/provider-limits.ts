/** The provider refuses a training file with fewer rows. */
export const MIN_TRAINING_ROWS = 10;
