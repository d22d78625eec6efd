import { escapeHtml } from './html.js'

const SVG = 'http://www.w3.org/2000/svg'

/** Text of an element. */
class SvgText {
  parentNode: SvgElement | null = null
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return escapeHtml(this.#text)
  }
}

type SvgNode = SvgElement | SvgText

/** Properties of the attribute `style`. */
class SvgStyle {
  readonly #properties = new Map<string, string>()
  readonly #own: SvgElement

  constructor(own: SvgElement) {
    this.#own = own
  }

  setProperty(name: string, value: unknown): void {
    this.#properties.set(name, String(value))
    this.#write()
  }

  removeProperty(name: string): void {
    this.#properties.delete(name)
    this.#write()
  }

  #write(): void {
    this.#own.setAttribute('style', Array.from(this.#properties, ([name, value]) => `${name}:${value}`).join(';'))
  }
}

/**
 * As much of an SVG element as Observable Plot and d3 ask for where they draw: attributes, style, text, and children. It can be written, and
 * not read; styles are set one by one.
 */
class SvgElement {
  readonly namespaceURI = SVG
  readonly ownerDocument: SvgDocument
  readonly localName: string
  readonly style = new SvgStyle(this)
  parentNode: SvgElement | null = null
  readonly #attributes = new Map<string, string>()
  #children: SvgNode[] = []

  constructor(ownerDocument: SvgDocument, localName: string) {
    this.ownerDocument = ownerDocument
    this.localName = localName
  }

  setAttribute(name: string, value: unknown): void {
    this.#attributes.set(name, String(value))
  }

  setAttributeNS(_space: string, name: string, value: unknown): void {
    this.setAttribute(name, value)
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name)
  }

  removeAttribute(name: string): void {
    this.#attributes.delete(name)
  }

  get children(): SvgElement[] {
    return this.#children.filter((child) => child instanceof SvgElement)
  }

  set textContent(text: unknown) {
    this.#children = []
    if (text !== null && text !== undefined && text !== '') this.appendChild(new SvgText(String(text)))
  }

  appendChild<Node extends SvgNode>(child: Node): Node {
    return this.insertBefore(child, null)
  }

  insertBefore<Node extends SvgNode>(child: Node, next: SvgNode | null): Node {
    child.parentNode?.removeChild(child)
    const place = next === null ? this.#children.length : this.#children.indexOf(next)
    this.#children.splice(place, 0, child)
    child.parentNode = this
    return child
  }

  removeChild(child: SvgNode): void {
    this.#children.splice(this.#children.indexOf(child), 1)
    child.parentNode = null
  }

  /** The element and all below it, each before its own. */
  *all(): Generator<SvgElement> {
    yield this
    for (const child of this.children) yield* child.all()
  }

  /** The attribute that was set last stands first. */
  toString(): string {
    const attributes = Array.from(this.#attributes, ([name, value]) => ` ${name}="${escapeHtml(value)}"`).reverse()
    const begin = `<${this.localName}${attributes.join('')}`
    return this.#children.length === 0 ? `${begin} />` : `${begin}>${this.#children.join('')}</${this.localName}>`
  }
}

/** A document that drawings are made in. */
export class SvgDocument {
  readonly documentElement: SvgElement = new SvgElement(this, 'svg')

  createElementNS(_space: string, name: string): SvgElement {
    return new SvgElement(this, name)
  }
}

export type { SvgElement }
