/** The place of the first of ascending values that is not below x; their number where all are. Cost O(log n). */
export const firstFrom = (ascending: ArrayLike<number>, x: number): number => firstPlace(ascending, (value) => value >= x)

/** The place of the first of ascending values that is above x; their number where none is. Cost O(log n). */
export const firstAbove = (ascending: ArrayLike<number>, x: number): number => firstPlace(ascending, (value) => value > x)

function firstPlace(ascending: ArrayLike<number>, isReached: (value: number) => boolean): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isReached(ascending[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
