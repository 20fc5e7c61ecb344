// SECRET=… java Sign.java KEY_ID METHOD TARGET [BODY_FILE] prints the headers of a signed call, as `curl -H @-` reads them.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Sign {
    /** What is signed. The target is path and query as they are sent; what is empty is not sent. */
    record Call(String audience, String keyId, String method, String target, String timestamp, String nonce, byte[] body,
                String contentType, String contentEncoding, String idempotencyKey, String accept) {}

    /** The value of X-Signature. */
    static String signature(Call call, String secret) throws Exception {
        int mark = call.target().indexOf('?');
        String path = mark < 0 ? call.target() : call.target().substring(0, mark);
        String query = mark < 0 ? "" : call.target().substring(mark);
        String bodyHash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(call.body()));
        String lines = String.join("\n", "v2", call.method(), call.audience(), call.keyId(), path, query, call.timestamp(),
                call.nonce(), bodyHash, call.contentType(), call.contentEncoding(), call.idempotencyKey(), call.accept());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return "v2=" + HexFormat.of().formatHex(mac.doFinal(lines.getBytes(StandardCharsets.UTF_8)));
    }

    static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    public static void main(String[] args) throws Exception {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        byte[] body = args.length > 3 ? Files.readAllBytes(Path.of(args[3])) : new byte[0];
        Call call = new Call(setting("AUDIENCE", "causeway"), args[0], args[1], args[2],
                setting("TIMESTAMP", Long.toString(System.currentTimeMillis())),
                setting("NONCE", HexFormat.of().formatHex(random)), body, setting("CONTENT_TYPE", ""),
                setting("CONTENT_ENCODING", ""), setting("IDEMPOTENCY_KEY", ""), setting("ACCEPT", "*/*"));

        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Authorization", "ApiKey " + call.keyId());
        headers.put("X-Timestamp", call.timestamp());
        headers.put("X-Nonce", call.nonce());
        headers.put("X-Signature", signature(call, System.getenv("SECRET")));
        headers.put("Content-Type", call.contentType());
        headers.put("Accept", call.accept());
        headers.put("Content-Encoding", call.contentEncoding());
        headers.put("Idempotency-Key", call.idempotencyKey());
        headers.forEach((name, value) -> {
            if (!value.isEmpty() || name.equals("Content-Type") || name.equals("Accept")) // empty: curl sends none of its own
                System.out.println((name + ": " + value).strip());
        });
    }
}
