/** The place of the first of ascending values that is not below x; their number where all are. Cost O(log n). */
export const firstFrom = (ascending: ArrayLike<number>, x: number): number => firstPlace(ascending, x, false)

/** The place of the first of ascending values that is above x; their number where none is. Cost O(log n). */
export const firstAbove = (ascending: ArrayLike<number>, x: number): number => firstPlace(ascending, x, true)

function firstPlace(ascending: ArrayLike<number>, x: number, above: boolean): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (above ? ascending[middle]! > x : ascending[middle]! >= x) high = middle
    else low = middle + 1
  }
  return low
}
