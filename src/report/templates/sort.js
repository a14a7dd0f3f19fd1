"use strict";
(function () {
  function key(row, n) {
    var cell = row.cells[n];
    return cell.hasAttribute("data-v") ? parseFloat(cell.getAttribute("data-v")) : cell.textContent;
  }
  function sort(head) {
    var table = head.closest("table"), n = head.cellIndex, body = table.tBodies[0];
    var down = head.getAttribute("aria-sort") !== "descending" && head.classList.contains("n") || head.getAttribute("aria-sort") === "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (h) { h.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    var number = head.classList.contains("n");
    var rows = Array.prototype.slice.call(body.rows).map(function (r, i) { return { row: r, key: key(r, n), at: i }; });
    rows.sort(function (a, b) {
      // What is not known stands last either way.
      var ka = number && typeof a.key !== "number", kb = number && typeof b.key !== "number";
      if (ka || kb) { return ka === kb ? a.at - b.at : ka ? 1 : -1; }
      var c = number ? a.key - b.key : String(a.key).localeCompare(String(b.key), document.documentElement.lang);
      return (down ? -c : c) || a.at - b.at;
    });
    rows.forEach(function (r) { body.appendChild(r.row); });
  }
  document.querySelectorAll("table.sortable thead th").forEach(function (h) {
    h.addEventListener("click", function () { sort(h); });
    h.addEventListener("keydown", function (e) { if (e.key === "Enter") { sort(h); } });
  });
  // Paper has no summaries to click on.
  window.addEventListener("beforeprint", function () { document.querySelectorAll("details").forEach(function (d) { d.open = true; }); });
})();
