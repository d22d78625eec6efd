/** Places of equal items, by the name that `nameOf` gives them, in the order in which names first occur. Cost O(n). */
export function placesByName<T>(items: Iterable<T>, nameOf: (item: T) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  let place = 0
  for (const item of items) {
    const name = nameOf(item)
    const places = groups.get(name)
    if (places) places.push(place)
    else groups.set(name, [place])
    place++
  }
  return groups
}
