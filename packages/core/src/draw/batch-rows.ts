/**
 * Rows that are drawn together: their starts are spread over the data, they lend each other noise and share out names among
 * themselves. A whole batch is the same rows whatever their number in all. It stands alone, so that tests of what holds
 * for batches of any size take small ones.
 */
export const BATCH_ROWS = 16_384
