/**
 * Text of which other columns tell a part, and the rest is a few words of its own: `search_brand_de_202406` of a channel and a date. The
 * words are a category while rows are modelled, named after the column: `campaign form`, with levels as `{channel}_brand_de_{date:YM}`.
 * Written, what its row tells is put in.
 */
export const formName = (name: string): string => `${name} form`

/** Where a form has what a column tells. */
export const FORM_MARK = /(\{[^{}]*\})/

/** The form that a text may have. */
export const formLike = (forms: readonly string[], text: string): string | undefined =>
  forms.find((form) => {
    const [first = '', ...others] = form.split(FORM_MARK).filter((_, k) => k % 2 === 0)
    if (!text.startsWith(first)) return false
    let at = first.length
    for (const [k, part] of others.entries()) {
      const place = k === others.length - 1 ? text.length - part.length : text.indexOf(part, at + 1)
      if (place <= at || !text.startsWith(part, place)) return false
      at = place + part.length
    }
    return at === text.length
  })
