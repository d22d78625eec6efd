// Sliders that several pages have.

/** M, the rows that are learned from. */
export const ROWS = { name: 'rows', label: 'M, training rows', values: [50, 100, 200, 400, 800], default: 200 }
