// SPDX-License-Identifier: Apache-2.0
// How the status page looks. Colours never stand alone: each goes with its word.
#pragma once

#include <string_view>

namespace md::admin {

inline constexpr std::string_view status_page_style = R"css(
:root{--page:#f6f7f9;--card:#fff;--line:#dde1e7;--text:#1b1f24;--soft:#59636e;
--bad:#b42318;--bad-soft:#fdecea;--warn:#8a5a00;--warn-soft:#fff4d6;--good:#1a7f37;--good-soft:#e3f5e7;
--mark:#0a58ca}
@media(prefers-color-scheme:dark){:root{--page:#0f1216;--card:#171b21;--line:#2b323b;--text:#e6eaef;
--soft:#9aa5b1;--bad:#ff8a80;--bad-soft:#3a1a1a;--warn:#f0c04a;--warn-soft:#33290f;--good:#63d17f;
--good-soft:#14301d;--mark:#7ab3ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.6rem;margin:0;line-height:1.25}
h2{font-size:1.05rem;margin:2rem 0 .6rem;scroll-margin-top:1rem}
h2 span{color:var(--soft);font-weight:400}
p{margin:.3rem 0}
a{color:var(--mark)}
.soft,footer{color:var(--soft)}
.states{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0 0;padding:0;list-style:none}
.states a{display:block;padding:.3rem .75rem;border:1px solid;border-radius:2rem;
text-decoration:none;font-weight:600}
.states a:hover,.states a:focus{text-decoration:underline}
.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}.none{color:var(--soft)}
.states .bad,.badge.bad{background:var(--bad-soft)}
.states .warn,.badge.warn{background:var(--warn-soft)}
.states .good,.badge.good{background:var(--good-soft)}
.badge.none{background:var(--page)}
.alarm{background:var(--bad-soft);border-left:4px solid var(--bad);border-radius:4px;
padding:.6rem .9rem;margin:1rem 0 0;overflow-wrap:anywhere}
form{display:flex;gap:.5rem;margin:1rem 0 0;max-width:26rem}
input,button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);
border-radius:6px;padding:.4rem .7rem}
input{flex:1;min-width:0}
article{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--soft);
border-radius:8px;padding:.75rem 1rem;margin:0 0 .6rem}
article.bad{border-left-color:var(--bad)}
article.warn{border-left-color:var(--warn)}
article.good{border-left-color:var(--good)}
article.bad,article.warn,article.good,article.none{color:var(--text)}
h3{font-size:1.05rem;margin:0;overflow-wrap:anywhere}
.badge{display:inline-block;font-size:.85rem;font-weight:600;padding:0 .55rem;border-radius:1rem;
}
.names{font-size:.9rem;overflow-wrap:anywhere}
article>div{min-width:0}
dl{display:flex;flex-wrap:wrap;gap:.5rem 1.75rem;margin:0}
dl div{flex:1 1 14rem;min-width:0;overflow-wrap:anywhere}
dl .until{flex:0 0 13rem}
dl .told{flex:0 1 9rem}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0}
dd b{font-weight:600}
dl .wide{flex-basis:100%}
.bar{height:4px;border-radius:2px;background:var(--line);margin:.35rem 0 0;max-width:12rem}
.bar i{display:block;height:100%;border-radius:2px;background:var(--good)}
.bar.low i{background:var(--warn)}
@media(min-width:60rem){article{display:grid;grid-template-columns:17rem minmax(0,1fr);gap:0 1.5rem}}
details{margin:.4rem 0 0}
details dl{margin:.5rem 0 0}
summary{cursor:pointer;color:var(--soft);font-size:.9rem}
footer{margin-top:2.5rem;font-size:.9rem}
@media(max-width:44rem){main{padding:1rem .75rem 2rem}article>div+div{margin-top:.5rem}
dl div,dl .until,dl .told{flex:1 1 100%}}
@media print{body{background:#fff}article{break-inside:avoid}form{display:none}}
)css";

}  // namespace md::admin
