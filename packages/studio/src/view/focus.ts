const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), summary, [tabindex="0"]'

/** Where an element stood: its ancestors from the nearest on, and its place among what each of them lets the keyboard reach. */
interface Place {
  readonly element: HTMLElement
  readonly within: readonly { readonly ancestor: HTMLElement; readonly at: number }[]
}

/**
 * Keeps the keyboard where it was: when the control that has the focus vanishes or is disabled, the focus goes to what
 * stands in its place (to the control marked `data-heir`, where there is one), or, where the whole page has changed, to the
 * heading.
 */
export function keepFocus(root: HTMLElement): void {
  let last: Place | null = null
  const observer = new MutationObserver(() => {
    const lost = document.activeElement === document.body || document.activeElement === null
    if (!last || !lost || isThere(last.element)) return
    const next = successor(last, root)
    last = null
    next?.focus({ preventScroll: true })
  })
  root.addEventListener('focusin', (event) => {
    last = placeOf(event.target as HTMLElement, root)
  })
  // A person who presses on bare ground gives the focus up.
  root.addEventListener('pointerdown', (event) => {
    if (!(event.target as Element).closest(FOCUSABLE)) last = null
  })
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] })
}

const reachable = (within: HTMLElement): HTMLElement[] => [...within.querySelectorAll<HTMLElement>(FOCUSABLE)]
const isThere = (element: HTMLElement): boolean => element.isConnected && element.matches(FOCUSABLE)

function placeOf(element: HTMLElement, root: HTMLElement): Place {
  const within: { ancestor: HTMLElement; at: number }[] = []
  for (let ancestor = element.parentElement; ancestor && root.contains(ancestor); ancestor = ancestor.parentElement)
    within.push({ ancestor, at: reachable(ancestor).indexOf(element) })
  return { element, within }
}

function successor({ within }: Place, root: HTMLElement): HTMLElement | undefined {
  for (const { ancestor, at } of within) {
    if (!ancestor.isConnected) continue
    if (ancestor === root) break
    const heir = ancestor.querySelector<HTMLElement>('[data-heir]')
    if (heir) return heir
    const controls = reachable(ancestor)
    if (controls.length > 0) return controls[Math.min(controls.length - 1, Math.max(0, at))]
  }
  const heading = root.querySelector<HTMLElement>('main h1')
  if (heading) heading.tabIndex = -1
  return heading ?? undefined
}
