// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

extension DemoPage {
    static let style = """

        :root { color-scheme: light dark; --ink: #14212b; --soft: #5b6f7d; --back: #f3f6f8; --card: #fff;
          --rule: #dde5ea; --flow: #0a7ea4; --bad: #c2352b; --good: #1c7f4c; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eff3; --soft: #93a7b4; --back: #0f171c;
          --card: #18232a; --rule: #2a3842; --flow: #39b4dd; --bad: #ff7b6f; --good: #58cf93; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
        main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
        h1 { display: flex; align-items: center; gap: .6rem; margin: 0; font-size: 1.9rem; letter-spacing: -.02em; }
        h1 svg { width: 2rem; fill: none; stroke: currentColor; stroke-width: 2.4; stroke-linecap: round; }
        h1 .water { stroke: var(--flow); }
        header p { color: var(--soft); max-width: 42rem; margin: .4rem 0 1.4rem; }
        nav { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1rem; }
        button { font: inherit; padding: .45rem .95rem; border: 1px solid var(--rule); border-radius: .55rem;
          background: var(--card); color: var(--ink); cursor: pointer; }
        button:hover:not(:disabled) { border-color: var(--flow); }
        button:disabled { opacity: .45; cursor: default; }
        button.primary { background: var(--flow); border-color: var(--flow); color: var(--card); font-weight: 600; }
        .card { background: var(--card); border: 1px solid var(--rule); border-radius: .8rem; padding: 1.1rem;
          margin-bottom: 1rem; }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .6rem; }
        .facts span, .title { display: block; color: var(--soft); font-size: .8rem; }
        .facts b { font-size: 1.15rem; font-variant-numeric: tabular-nums; }
        .facts b.bad { color: var(--bad); } .facts b.good { color: var(--good); }
        canvas { width: 100%; height: 7rem; margin-top: 1rem; display: block; }
        .axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem; }
        #out { min-height: 9rem; max-height: 24rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
          margin-top: .4rem; }
        #out.code { font: 13px/1.5 ui-monospace, monospace; }

        """
}
