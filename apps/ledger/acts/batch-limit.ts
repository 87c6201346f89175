/** Acts taken in one batch. */
export const MAX_BATCH = 1000;
