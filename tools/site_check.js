// Every page has this before scripts of its own: what site_check.R asks of it. Answers are lists of sentences, or of
// what sentences will be about.
window.siteCheck = (() => {
  const stopped = [];
  window.addEventListener("error", (event) => stopped.push(`a script stops: ${event.message}`));

  const elements = (selector) => Array.from(document.querySelectorAll(selector));
  const excerpt = (element) => {
    const text = element.textContent.trim().replace(/\s+/g, " ");
    return `<${element.tagName.toLowerCase()}> "${text.slice(0, 40)}"`;
  };
  const isShown = (element) =>
    element.getClientRects().length > 0 && getComputedStyle(element).visibility === "visible";

  const pictures = () =>
    elements("img").flatMap((picture) => [
      ...(picture.alt.trim() ? [] : [`a picture has no alternative text: ${picture.src}`]),
      ...(picture.naturalWidth > 0 ? [] : [`a picture is not shown: ${picture.src}`]),
    ]);

  // Where the page is wider than the screen, what sticks out; but for what moves in a box of its own.
  const isBoxed = (element) =>
    element !== document.body && (getComputedStyle(element).overflowX !== "visible" || isBoxed(element.parentElement));
  const width = (wide) => {
    if (document.documentElement.scrollWidth <= wide) return [];
    const out = elements("body *").filter(
      (element) => element.getBoundingClientRect().right > wide && !isBoxed(element.parentElement)
    );
    return [`the page is ${document.documentElement.scrollWidth} pixels wide on a screen of ${wide}: ` +
      out.slice(0, 2).map(excerpt).join(", ")];
  };

  // A pixel of colours on top of each other, the last by `opacity`: the canvas knows every notation of a colour.
  const pixels = new Map();
  let pen = null;
  const pixel = (colours, opacity = 1) => {
    const key = `${colours.join()} ${opacity}`;
    if (!pixels.has(key)) {
      pen = pen || document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      colours.forEach((colour, k) => {
        pen.globalAlpha = k === colours.length - 1 ? opacity : 1;
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
      });
      pixels.set(key, Array.from(pen.getImageData(0, 0, 1, 1).data.slice(0, 3)));
    }
    return pixels.get(key);
  };

  // WCAG 2.1, definitions of relative luminance and contrast ratio; 3 is enough for large text.
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrastOf = (element) => {
    const around = [];
    for (let box = element; box; box = box.parentElement) around.unshift(getComputedStyle(box));
    const ground = ["white", ...around.map((style) => style.backgroundColor)];
    const opacity = around.reduce((product, style) => product * style.opacity, 1);
    const [dark, light] = [pixel(ground), pixel([...ground, around.at(-1).color], opacity)]
      .map(luminance)
      .sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const leastContrast = (element) => {
    const { fontSize, fontWeight } = getComputedStyle(element);
    const points = (parseFloat(fontSize) * 3) / 4;
    return points >= 18 || (points >= 14 && fontWeight >= 700) ? 3 : 4.5;
  };
  const hasText = (element) =>
    Array.from(element.childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const contrast = (theme) => {
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.head.insertAdjacentHTML("beforeend", "<style>* { transition: none !important; }</style>");
    return elements("body *")
      .filter((element) => !element.closest("script, style") && hasText(element) && isShown(element))
      .filter((element) => contrastOf(element) < leastContrast(element))
      .map((element) => `${theme}: contrast ${contrastOf(element).toFixed(2)} of ${excerpt(element)}`);
  };

  return {
    links: () => elements("a[href]").map((link) => link.href),
    places: () => elements("[id]").map((element) => element.id),
    stopped: () => stopped,
    pictures,
    width,
    contrast,
  };
})();
