"""Curves as an SVG file, in panels side by side."""

WIDTH, HEIGHT, GAP = 340, 240, 60
INK, GRID = '#222', '#ddd'
COLOURS = ('#1a5fb4', '#c64600', '#26a269', '#613583')


def ticks(low, high, n=4):
    return [low + (high - low) * k / n for k in range(n + 1)]


class Panel:
    """lines: {name: [(x, y), ...]}"""

    def __init__(self, title, x_name, y_name, lines):
        self.title, self.x_name, self.y_name, self.lines = title, x_name, y_name, lines
        points = [p for line in lines.values() for p in line]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        room = (max(ys) - min(ys) or 1) * .08
        self.x = min(xs), max(xs)
        self.y = min(ys) - room, max(ys) + room

    def _at(self, x, y):
        return ((x - self.x[0]) / (self.x[1] - self.x[0] or 1) * WIDTH,
                HEIGHT - (y - self.y[0]) / (self.y[1] - self.y[0]) * HEIGHT)

    def _frame(self):
        yield f'<text x="{WIDTH / 2}" y="-14" text-anchor="middle">{self.title}</text>'
        yield f'<text x="{WIDTH / 2}" y="{HEIGHT + 36}" text-anchor="middle">{self.x_name}</text>'
        yield f'<text x="0" y="-2" text-anchor="end">{self.y_name}</text>'
        for y in ticks(*self.y):
            at = self._at(0, y)[1]
            yield f'<path d="M0 {at:.1f}h{WIDTH}" stroke="{GRID}"/>'
            yield f'<text x="-6" y="{at + 4:.1f}" text-anchor="end">{y:.3g}</text>'
        for x in sorted({x for line in self.lines.values() for x, _ in line}):
            at = self._at(x, 0)[0]
            yield f'<text x="{at:.1f}" y="{HEIGHT + 18}" text-anchor="middle">{x:g}</text>'

    def _curve(self, k, name, line):
        colour = COLOURS[k % len(COLOURS)]
        points = [self._at(x, y) for x, y in sorted(line)]
        path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        yield f'<text x="8" y="{HEIGHT - 8 - 16 * k}" fill="{colour}">{name}</text>'

    def svg(self, left, top):
        yield f'<g transform="translate({left} {top})">'
        yield from self._frame()
        for k, (name, line) in enumerate(self.lines.items()):
            yield from self._curve(k, name, line)
        yield '</g>'


def write(path, panels, columns=3):
    rows = -(-len(panels) // columns)
    width, height = columns * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP + 30) + GAP
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'font-family="sans-serif" font-size="12" fill="{INK}">',
           f'<rect width="{width}" height="{height}" fill="white"/>']
    for k, panel in enumerate(panels):
        out += panel.svg(GAP + k % columns * (WIDTH + GAP),
                         GAP + k // columns * (HEIGHT + GAP + 30))
    with open(path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(out) + '\n</svg>\n')
