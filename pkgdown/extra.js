// pkgdown.js calls scripts that pkgdown would load from other sites. Here is of each what our pages need, by the same
// name; the pages have no search.

window.Toc = {
  // Lists the headings of the page in its sidebar: those of the highest level, and below each those of the next.
  init({ $nav, $scope }) {
    const headings = $scope.not("[data-toc-skip]").toArray().filter((heading) => heading.id);
    const level = (heading) => Number(heading.tagName[1]);
    const top = Math.min(...headings.map(level));
    const list = $("<ul class='nav navbar-nav'></ul>").appendTo($nav);
    let inner = null;
    for (const heading of headings) {
      const depth = level(heading) - top;
      if (depth > 1) continue;
      const link = $("<a class='nav-link'></a>").attr("href", "#" + heading.id).text(heading.textContent.trim());
      const item = $("<li></li>").append(link);
      if (depth === 0) {
        inner = null;
        list.append(item);
      } else {
        inner = inner || $("<ul class='nav navbar-nav'></ul>").appendTo(list.children().last());
        inner.append(item);
      }
    }
  },
};

// Copies what `text` gives for a button that is clicked, where the browser allows it.
window.ClipboardJS = class {
  constructor(selector, { text }) {
    this.answers = {};
    $(document).on("click", selector, async (event) => {
      const trigger = event.currentTarget;
      const done = await navigator.clipboard.writeText(text(trigger)).then(() => "success", () => "error");
      this.answers[done]({ trigger, clearSelection() {} });
    });
  }

  static isSupported() {
    return Boolean(navigator.clipboard);
  }

  on(event, answer) {
    this.answers[event] = answer;
  }
};

window.Mark = class {};
jQuery.fn.headroom = jQuery.fn.autocomplete = function () {
  return this;
};

// pkgdown.js takes the key "/" for its search
window.addEventListener("keydown", (event) => event.key === "/" && event.stopPropagation(), true);
