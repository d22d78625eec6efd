/** What fewer rows than this have is rare: it points to single rows, and no report or note shows it unless asked to. */
export const RARE_BELOW = 3

/** Part of the rows that may have what few rows share, for that to be the exception: beyond it a column, or what it is told by, is of single rows. */
export const MOST_RARE = 0.25
