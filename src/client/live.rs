//! What a live transcription asks of a host besides audio: where its socket goes with which key, and why it does not open.

use super::CallContext;
use crate::api::realtime;
use crate::error::Error;
use crate::host::{Host, HttpRequest, HttpResponse};
use crate::socket::SocketRequest;

/// More of an answer is not read: what matters stands at its beginning.
const LONGEST_ANSWER: usize = 64 * 1024;

impl<H: Host> CallContext<'_, H> {
    /// A socket's request, with the caller's headers and the key that is asked for now.
    pub(crate) async fn socket_request(&self, url: &str) -> Result<SocketRequest, Error> {
        let mut head = self.head(url);
        self.authorize(&mut head).await?;
        let (page_url, page_protocols) =
            realtime::without_headers(self.config, &head.url, head.header("authorization"));
        Ok(SocketRequest { url: head.url, headers: head.headers, page_url, page_protocols })
    }

    /// What plain HTTP says to the key: status and body, where there is an answer. A page would get none, for want of CORS.
    pub(crate) async fn probe(&self, url: &str) -> Option<(u16, Vec<u8>)> {
        if self.host.is_page() {
            return None;
        }
        let mut request = self.head(url);
        self.authorize(&mut request).await.ok()?;
        let mut response = self.host.send(&request, None, self.timeout).await.ok()?;
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk(self.timeout).await {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_ANSWER {
                break;
            }
        }
        Some((response.status(), body))
    }

    fn head(&self, url: &str) -> HttpRequest {
        self.with_headers(HttpRequest { method: "GET", url: url.to_owned(), ..HttpRequest::default() })
    }
}
