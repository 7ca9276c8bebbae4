"""A line chart with logarithmic axes, as SVG that reads on light and on dark ground."""

import html
import math

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 130, 48, 56
LABEL_HEIGHT = 15
# Okabe and Ito's colours, which people with any sight tell apart, darker or lighter where needed.
COLOURS = {"light": ("#0072b2", "#555555", "#d55e00", "#007a5a", "#b0457f", "#a67c00"),
           "dark": ("#56b4e9", "#bbbbbb", "#ff8c42", "#2ec4a0", "#e08fbe", "#f0c94c")}
MARKS = ("M-4-4h8v8h-8z", "M-5 0L0-5L5 0L0 5z", "M-5 4L0-5L5 4z", "M-4-4L4 4M-4 4L4-4",
         "M0-5V5M-5 0H5", "M-5-4L0 5L5-4z")


def style():
    def theme(name, ink, grid, ground):
        lines = "".join(f".s{i}{{stroke:{c};color:{c}}}" for i, c in enumerate(COLOURS[name]))
        return (f".ground{{fill:{ground}}}text{{fill:{ink}}}.grid{{stroke:{grid}}}"
                f".axis{{stroke:{ink}}}{lines}")
    return ("<style>text{font:13px system-ui,sans-serif;stroke:none}.title{font-size:16px;"
            "font-weight:600}path{fill:none;stroke-width:1.5}.grid{stroke-width:1}"
            ".line{stroke-width:2}.name{fill:currentColor}.ours{stroke-width:3.5}"
            f"{theme('light', '#222222', '#dddddd', '#ffffff')}"
            "@media(prefers-color-scheme:dark){"
            f"{theme('dark', '#dddddd', '#3a3f45', '#16191d')}}}</style>")


class Axis:
    """Values from `low` to `high` on pixels from `begin` to `end`, logarithmic."""

    def __init__(self, values, begin, end):
        self.low, self.high = math.log10(min(values)), math.log10(max(values))
        self.begin, self.end = begin, end

    def at(self, value):
        share = (math.log10(value) - self.low) / ((self.high - self.low) or 1)
        return self.begin + share * (self.end - self.begin)


def nice_ends(values):
    """1, 2 or 5 times a power of ten around the values, and those in between."""
    steps = [base * 10.0 ** power for power in range(-3, 10) for base in (1, 2, 5)]
    low = max(step for step in steps if step <= min(values))
    high = min(step for step in steps if step >= max(values))
    return [step for step in steps if low <= step <= high]


def thin(ticks, most=9):
    """Powers of ten only, if there are too many."""
    tens = [tick for tick in ticks if round(math.log10(tick), 6).is_integer()]
    return ticks if len(ticks) <= most else tens


def spread(labels):
    """Moves labels (height, text...) apart so that none covers another."""
    placed = []
    for label in sorted(labels):
        height = max(label[0], placed[-1][0] + LABEL_HEIGHT) if placed else label[0]
        placed.append((height, *label[1:]))
    return placed


def chart(title, x_title, y_title, series, x_name, y_name):
    """`series`: points (x, y) by name, the first being ours; one without points is left out, and the
    others look as if it were there. `x_name` and `y_name` give texts of ticks."""
    xs = sorted({x for points in series.values() for x, _ in points})
    y_ticks = nice_ends([y for points in series.values() for _, y in points])
    across, up = Axis(xs, LEFT, WIDTH - RIGHT), Axis(y_ticks, HEIGHT - BOTTOM, TOP)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
           f'height="{HEIGHT}" role="img"><title>{html.escape(title)}</title>', style(),
           f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
           f'<text class="title" x="{LEFT}" y="26">{html.escape(title)}</text>',
           f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">'
           f'{html.escape(x_title)}</text>',
           f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" '
           f'text-anchor="middle">{html.escape(y_title)}</text>']
    for tick in thin(y_ticks):
        y = up.at(tick)
        out.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{y_name(tick)}</text>')
    last = -math.inf
    for tick in xs:
        x = across.at(tick)
        out.append(f'<path class="axis" d="M{x:.1f} {HEIGHT - BOTTOM}v5"/>')
        if x - last > 30:
            out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
                       f'{x_name(tick)}</text>')
            last = x
    out.append(f'<path class="axis" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    labels = []
    for i, (name, points) in reversed(list(enumerate(series.items()))):
        if not points:
            continue
        places = [(across.at(x), up.at(y)) for x, y in sorted(points)]
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        out.append(f'<path class="line s{i}{" ours" if i == 0 else ""}" d="M{line}"/>')
        out += [f'<path class="s{i}" transform="translate({x:.1f} {y:.1f})" d="{MARKS[i]}"/>'
                for x, y in places]
        labels.append((places[-1][1], i, name))
    for y, i, name in spread(labels):
        x = WIDTH - RIGHT + 18
        out.append(f'<path class="s{i}" transform="translate({x} {y:.1f})" d="{MARKS[i]}"/>'
                   f'<g class="s{i}"><text class="name" x="{x + 10}" y="{y + 4:.1f}">'
                   f'{html.escape(name)}</text></g>')
    return "\n".join(out) + "\n</svg>\n"
