// Counts down to the moment when the button opens, then asks the server again. Only an enhancement: the page says the
// same in words, and the server alone decides whether the button is open.
"use strict";
(function () {
  const clock = document.querySelector("[data-seconds]");
  if (!clock) return;
  // Counted from when the page came, so that a wrong clock in the computer does no harm.
  const ends = Date.now() + Number(clock.dataset.seconds) * 1000;
  const shown = clock.dataset.show === "yes";
  const said = document.querySelector("[data-wait]");
  // Not everybody in the same second.
  const spread = Math.random() * 3000;

  function tick() {
    const left = ends - Date.now();
    if (left <= -spread) {
      // Not reload(): on a page that came after the button it would ask whether to send the form again.
      location.replace(location.href);
      return;
    }
    if (shown) {
      const all = Math.max(0, Math.ceil(left / 1000));
      const days = Math.floor(all / 86400);
      const hours = Math.floor(all / 3600) % 24;
      const minutes = Math.floor(all / 60) % 60;
      const parts = [];
      if (days) parts.push(days + " " + clock.dataset.days);
      if (days || hours) parts.push(hours + " h");
      if (days || hours || minutes) parts.push(minutes + " min");
      parts.push((all % 60) + " s");
      clock.textContent = parts.join(" ");
      clock.hidden = false;
      if (said) said.hidden = true;
    }
    setTimeout(tick, left > 0 ? 1000 - (Date.now() % 1000) || 1000 : spread + left + 1);
  }
  tick();
})();
