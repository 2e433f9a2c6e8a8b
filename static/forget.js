// Clears what this browser keeps of families' pages, where it did not do so at the server's word.
if (window.caches) for (const name of await caches.keys()) await caches.delete(name);
if (navigator.serviceWorker) for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
document.getElementById("clear").hidden = false;
