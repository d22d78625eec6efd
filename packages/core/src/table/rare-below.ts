/** What fewer rows than this have is rare: it points to single rows, and no report or note shows it unless asked to. */
export const RARE_BELOW = 3
