import com.aliyuncs.AcsRequest;
import com.aliyuncs.AcsResponse;
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads a call from each line of standard input, makes it with the SDK's own request class, and
 * writes what the SDK returned or threw as one line of JSON.
 */
public final class Calls {
    private static final Gson GSON = new Gson();

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(GSON.toJson(said(GSON.fromJson(line, JsonObject.class))));
        }
    }

    private static Map<String, Object> said(JsonObject order) throws Exception {
        try {
            return Map.of("answer", shown(answer(order)));
        } catch (ClientException error) {
            return Map.of("error", Map.of("code", error.getErrCode(), "message", error.getErrMsg()));
        }
    }

    private static AcsResponse answer(JsonObject order) throws Exception {
        String id = text(order, "accessKeyId");
        String secret = text(order, "accessKeySecret");
        String token = text(order, "securityToken");
        String region = text(order, "region");
        AcsRequest<?> request = request(order);
        DefaultProfile profile;
        if (token.isEmpty()) {
            profile = DefaultProfile.getProfile(region, id, secret);
        } else if (text(order, "client").equals("token in the query")) {
            profile = DefaultProfile.getProfile(region, id, secret);
            request.putQueryParameter("SecurityToken", token);
        } else {
            profile = DefaultProfile.getProfile(region, id, secret, token);
        }
        DefaultAcsClient client = new DefaultAcsClient(profile);
        try {
            return client.getAcsResponse(request);
        } finally {
            client.shutdown();
        }
    }

    /** Makes com.aliyuncs.sts.model.v20150401.AssumeRoleRequest and calls its setters. */
    private static AcsRequest<?> request(JsonObject order) throws Exception {
        String version = "v" + text(order, "version").replace("-", "");
        String model = "com.aliyuncs." + text(order, "product").toLowerCase() + ".model." + version;
        Class<?> kind = Class.forName(model + "." + text(order, "action") + "Request");
        AcsRequest<?> request = (AcsRequest<?>) kind.getDeclaredConstructor().newInstance();
        for (Map.Entry<String, JsonElement> entry : order.getAsJsonObject("parameters").entrySet()) {
            for (Method method : kind.getMethods()) {
                if (method.getName().equals("set" + entry.getKey())) {
                    method.invoke(request, GSON.fromJson(entry.getValue(), method.getParameterTypes()[0]));
                }
            }
        }
        String[] place = text(order, "url").split("://");
        request.setSysProtocol(ProtocolType.valueOf(place[0].toUpperCase()));
        request.setSysEndpoint(place[1]);
        return request;
    }

    /** Returns what an answer's getters give, by the names of the wire. */
    private static Object shown(Object value) throws Exception {
        if (value == null || !value.getClass().getName().startsWith("com.aliyuncs.")) {
            return value;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        for (Method method : value.getClass().getDeclaredMethods()) {
            boolean getter = method.getName().startsWith("get") && method.getParameterCount() == 0;
            if (getter) {
                members.put(method.getName().substring(3), shown(method.invoke(value)));
            }
        }
        return members;
    }

    private static String text(JsonObject order, String name) {
        return order.get(name).getAsString();
    }
}
