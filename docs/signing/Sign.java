// SECRET=… java Sign.java KEY_ID BODY_FILE [TIMESTAMP] prints the three headers of a signed call.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

public class Sign {
    /** Signs the bytes that are sent, not an object that is serialised again later. */
    static String sign(String timestamp, String keyId, byte[] body, String secret) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update((timestamp + keyId).getBytes(StandardCharsets.UTF_8));
        sha256.update(body);
        sha256.update(secret.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(sha256.digest());
    }

    public static void main(String[] args) throws Exception {
        String keyId = args[0];
        byte[] body = Files.readAllBytes(Path.of(args[1]));
        String timestamp = args.length > 2 ? args[2] : Long.toString(System.currentTimeMillis());
        String signature = sign(timestamp, keyId, body, System.getenv("SECRET"));
        System.out.println("Authorization: ApiKey " + keyId);
        System.out.println("X-Timestamp: " + timestamp);
        System.out.println("X-Signature: " + signature);
    }
}
