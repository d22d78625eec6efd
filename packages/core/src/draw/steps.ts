/**
 * Steps of every chain where nobody asks for a number, by what is drawn: whoever draws, estimates, offers or explains them
 * takes them from here.
 */
export const USUAL_STEPS = {
  /** Rows of a table, also in the coordinates of a codec; all columns of a field at once; columns of it without neighbours. */
  rows: 20,
  /** Rows under conditions: chains start where these fit. */
  given: 10,
  /** Rows under observations or a likelihood, and numbers that are given of decoded rows, after these were brought in. */
  observed: 20,
  /** A column, or a next row, given those it is drawn from. */
  neighbours: 10
} as const

/** Largest relative error of a row up to which potentials of part of a draw are found: draws need no more. */
export const GROUP_TOLERANCE = 0.01
