//! What the client's relay allows. Nobody has to answer: then it is as if nobody had been asked.

use std::time::Duration;

use super::CallContext;
use crate::api::capabilities;
use crate::capabilities::Capabilities;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpResponse};
use crate::json::Json;

/// Whoever waits for this waits for words.
const PATIENCE: Duration = Duration::from_secs(3);
/// A relay with a long list of models needs some kilobytes; a page in HTML may be as long as it likes.
const LONGEST_ANSWER: usize = 64 * 1024;

impl<H: Host> CallContext<'_, H> {
    /// Asks what the relay allows. `None` where there is no relay, and where what stands there knows no such question. An error where
    /// it may answer another time: it was not reached, or does not let this caller in now.
    pub async fn capabilities(&self) -> Result<Option<Capabilities>, Error> {
        let Some(request) = capabilities::request(self.config) else { return Ok(None) };
        let mut request = self.with_headers(request);
        self.authorize(&mut request).await?;
        let mut response = match self.host.send(&request, None, PATIENCE).await {
            Err(error) if error.kind() == ErrorKind::Timeout => return Ok(None),
            sent => sent?,
        };
        let status = response.status();
        if matches!(status, 401 | 403 | 429 | 500..) {
            // In no more words: nobody hears of it, and all that reads errors would come along with it.
            return Err(Error::new(ErrorKind::Server, "the relay did not say what it allows").with_status(status));
        }
        if status != 200 {
            return Ok(None);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk(PATIENCE).await? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_ANSWER {
                return Ok(None);
            }
        }
        Ok(Json::parse_bytes(&body).and_then(|json| Capabilities::read(json.view())))
    }
}
